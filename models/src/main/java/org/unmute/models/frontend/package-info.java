/**
 * From samples to the input of a network: implementations of {@link org.unmute.models.frontend.FrontEnd} and the filter
 * banks that they use, {@link org.unmute.models.frontend.KaldiFbank} and {@link
 * org.unmute.models.frontend.MelSpectrogram}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.frontend;

import org.jspecify.annotations.NullMarked;
