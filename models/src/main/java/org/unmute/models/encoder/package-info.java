/**
 * Audio encoders, from samples to tokens. {@link org.unmute.models.encoder.Encoders} opens a checkpoint and detects
 * which encoder it holds; {@link org.unmute.models.encoder.Encoder} turns recordings into {@link
 * org.unmute.models.encoder.TokenMap}s; {@link org.unmute.models.encoder.EncoderSpec} describes its input and output;
 * {@link org.unmute.models.encoder.EncoderSettings} holds settings that are not in the checkpoint. To add an encoder,
 * implement {@link org.unmute.models.encoder.EncoderNetwork} and {@link org.unmute.models.encoder.EncoderProvider}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.encoder;

import org.jspecify.annotations.NullMarked;
