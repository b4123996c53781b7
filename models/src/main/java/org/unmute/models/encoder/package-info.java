/**
 * Audio encoders, from samples to tokens. {@link org.unmute.models.encoder.Encoders} opens a checkpoint and finds out
 * which encoder it holds; {@link org.unmute.models.encoder.Encoder} turns recordings into {@link
 * org.unmute.models.encoder.TokenMap}s; {@link org.unmute.models.encoder.EncoderSpec} describes its input and output;
 * {@link org.unmute.models.encoder.EncoderSettings} holds what the checkpoint does not. An encoder is added by an
 * {@link org.unmute.models.encoder.EncoderNetwork} and its {@link org.unmute.models.encoder.EncoderProvider}.
 */
package org.unmute.models.encoder;
