/**
 * FLAC (RFC 9639), 4 to 32 bits per sample. {@link org.unmute.audio.flac.FlacStream} reads a file as an {@link
 * org.unmute.audio.AudioStream}. {@code FlacMetadata} reads the metadata before the frames, {@code FrameHeader} and
 * {@code FrameDecoder} read a frame, and {@code FrameFinder} finds the frame that contains a given sample.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.audio.flac;

import org.jspecify.annotations.NullMarked;
