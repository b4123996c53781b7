/** Losses for probes: asymmetric, binary cross-entropy, cross-entropy, and a penalty on similar prototypes. */
package org.unmute.probes.loss;
