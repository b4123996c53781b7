/**
 * Recordings. {@link org.unmute.models.audio.AudioStream} reads the samples of a file of any length in order and in
 * bounded memory, {@link org.unmute.models.audio.Recording} holds a short one whole. {@link
 * org.unmute.models.audio.AudioSource} is where its bytes are, an {@link org.unmute.models.audio.AudioFormatProvider}
 * reads one format of them. {@link org.unmute.models.audio.Resampler} changes the rate. The two front ends that follow
 * are in {@link org.unmute.models.frontend}.
 */
package org.unmute.models.audio;
