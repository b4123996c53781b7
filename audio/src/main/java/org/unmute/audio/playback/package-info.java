/**
 * How a recording is played to an encoder: which of its channels, and how fast.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.audio.playback;

import org.jspecify.annotations.NullMarked;
