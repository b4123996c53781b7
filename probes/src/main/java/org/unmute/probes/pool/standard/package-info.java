/**
 * The probes that come with Unmute, one class each; {@link org.unmute.probes.pool.standard.StandardProbes} lists them.
 * {@code docs/probes.md} says where the formulas are from, {@code docs/adding-a-probe.md} how to add one.
 */
package org.unmute.probes.pool.standard;
