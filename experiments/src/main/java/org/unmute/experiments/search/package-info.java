/**
 * The search for a probe's learning rate and weight decay (paper, section 5): Sobol points, then a tree-structured
 * Parzen estimator, with successive halving. Start at {@link org.unmute.experiments.search.Study}.
 */
package org.unmute.experiments.search;
