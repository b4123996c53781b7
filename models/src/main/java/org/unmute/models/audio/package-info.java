/**
 * From a recording to what encoders look at: WAV files, resampling, and the two front ends in use, Kaldi's log mel
 * filter bank ({@link org.unmute.models.audio.KaldiFbank}) and the mel spectrogram in decibels
 * ({@link org.unmute.models.audio.MelSpectrogram}, {@link org.unmute.models.audio.AmplitudeToDb}).
 */
package org.unmute.models.audio;
