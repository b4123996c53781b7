/**
 * Sound files of every supported format as mono samples: {@link org.unmute.codecs.AudioFiles}. The decoders are
 * javax.sound providers. They ignore damage silently, so FLAC and Ogg files are checked against their own checksums.
 */
package org.unmute.codecs;
