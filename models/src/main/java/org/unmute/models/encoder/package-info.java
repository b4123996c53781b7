/**
 * Audio encoders, from samples to tokens. {@link org.unmute.models.encoder.Encoders} opens one from a checkpoint and
 * finds out which it is; {@link org.unmute.models.encoder.Encoder} makes a {@link org.unmute.models.encoder.TokenMap}
 * of a recording; {@link org.unmute.models.encoder.EncoderSpec} says what it hears and gives; {@link
 * org.unmute.models.encoder.EncoderSettings} sets what the checkpoint does not hold. A loaded encoder serves many
 * threads and has nothing to close.
 */
package org.unmute.models.encoder;
