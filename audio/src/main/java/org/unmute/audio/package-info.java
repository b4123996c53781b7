/**
 * Reads recordings. {@link org.unmute.audio.AudioStream} reads the samples of a file of any length in order and in
 * bounded memory; {@link org.unmute.audio.Recording} holds a whole recording. {@link org.unmute.audio.AudioSource}
 * provides the bytes of a file, and an {@link org.unmute.audio.AudioFormatProvider} reads one format. {@link
 * org.unmute.audio.Resampler} changes the sample rate. Front ends ({@code org.unmute.models.frontend}) process the
 * samples further.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.audio;

import org.jspecify.annotations.NullMarked;
