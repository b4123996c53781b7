/**
 * Where the files of a token cache are: in a local folder, which is mapped, or behind an interface that a program
 * implements for a store of its own. A manifest says which of the files count.
 */
package org.unmute.probes.cache.files;
