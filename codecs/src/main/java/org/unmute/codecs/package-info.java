/** Whole sound files as mono samples: {@link org.unmute.codecs.AudioFiles}. */
package org.unmute.codecs;
