import {busybox} from './busybox.ts';
import {curl} from './curl.ts';
import {etcd} from './etcd.ts';
import type {Image} from './image.ts';
import {components} from './kubernetes-components.ts';
import {netshoot} from './netshoot.ts';
import {nginx} from './nginx.ts';
import {pause} from './pause.ts';
import {agnhost, serveHostname} from './serve-hostname.ts';

/** Every image that the nodes know. To add one, write its file and put it here. */
export const images: Image[] = [nginx, busybox, curl, serveHostname, agnhost, netshoot, pause, etcd, ...components];
