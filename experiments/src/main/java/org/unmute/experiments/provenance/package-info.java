/** What is written beside a result so that it can be made again: {@code run.json}, the clips used, hashes. */
package org.unmute.experiments.provenance;
