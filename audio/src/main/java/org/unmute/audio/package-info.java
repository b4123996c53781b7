/**
 * Recordings. {@link org.unmute.audio.AudioStream} reads the samples of a file of any length in order and in
 * bounded memory, {@link org.unmute.audio.Recording} holds a short one whole. {@link
 * org.unmute.audio.AudioSource} is where its bytes are, an {@link org.unmute.audio.AudioFormatProvider}
 * reads one format of them. {@link org.unmute.audio.Resampler} changes the rate. Front ends take it from
 * there ({@code org.unmute.models.frontend}).
 */
package org.unmute.audio;
