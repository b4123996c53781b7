/**
 * The storage of a token cache: a local folder, which is mapped, or an interface that programs implement for their own
 * store. A manifest lists the files that count.
 */
package org.unmute.probes.cache.files;
