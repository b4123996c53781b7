/**
 * FLAC (RFC 9639), 4 to 32 bits per sample, as an {@link org.unmute.audio.AudioStream}:
 * {@link org.unmute.audio.flac.FlacStream}. {@code FlacMetadata} reads what precedes the frames,
 * {@code FrameHeader} and {@code FrameDecoder} a frame, {@code FrameFinder} the frame that holds a given sample.
 */
package org.unmute.audio.flac;
