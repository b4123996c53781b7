/**
 * From a recording to what encoders look at: WAV files, resampling, and the two front ends in use, Kaldi's log mel
 * filter bank ({@link org.unmute.models.frontend.KaldiFbank}) and the mel spectrogram in decibels
 * ({@link org.unmute.models.frontend.MelSpectrogram}, {@link org.unmute.models.frontend.AmplitudeToDb}).
 */
package org.unmute.models.audio;
