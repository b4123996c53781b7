/**
 * The paper's protocol (section 5): for each encoder, data set and probe, a search over learning rate and weight decay;
 * the best settings are trained again with several seeds, and the test part is scored once. Start at {@link
 * org.unmute.benchmark.protocol.CellRun}.
 */
package org.unmute.benchmark.protocol;
