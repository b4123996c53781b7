/** This engine as a peer of the others, and measurements of the limits of the machine. */
package org.unmute.bench.own;
