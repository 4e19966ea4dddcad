/** The address that stands for the control plane in the cluster's network. */
export const controlPlaneAddress = '172.18.0.3';
