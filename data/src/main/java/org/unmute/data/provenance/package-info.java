/** The files next to a result that make it reproducible: {@code run.json}, the clips used, hashes. */
package org.unmute.data.provenance;
