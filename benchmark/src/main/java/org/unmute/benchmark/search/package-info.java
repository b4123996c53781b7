/**
 * The search for a probe's learning rate and weight decay (paper, section 5): Sobol points, then a tree-structured
 * Parzen estimator, with successive halving. Start at {@link org.unmute.benchmark.search.Study}.
 */
package org.unmute.benchmark.search;
