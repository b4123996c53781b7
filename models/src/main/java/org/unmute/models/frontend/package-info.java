/**
 * From samples to the input of a network: implementations of {@link org.unmute.models.frontend.FrontEnd} and the filter
 * banks that they use, {@link org.unmute.models.frontend.KaldiFbank} and {@link
 * org.unmute.models.frontend.MelSpectrogram}.
 */
package org.unmute.models.frontend;
