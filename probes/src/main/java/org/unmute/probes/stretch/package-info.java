/** Stretches of cached clips as clips of their own. */
package org.unmute.probes.stretch;
