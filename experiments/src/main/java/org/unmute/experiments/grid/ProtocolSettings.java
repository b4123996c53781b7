package org.unmute.experiments.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.experiments.search.Halving;
import org.unmute.probes.train.Objective;
import org.unmute.tensor.DType;

/**
 * How every cell of a grid is trained, searched and scored. The defaults are the paper's where it is known and the
 * assumptions of docs/protocol.md elsewhere.
 *
 * @param epochs passes over the training clips
 * @param batch clips a step
 * @param warmUp steps of linear rise before the cosine
 * @param clip maximum norm of a step's gradients; 0 for no limit
 * @param decayAll whether weight decay reaches every parameter
 * @param sobol trials from the Sobol sequence
 * @param tpe trials from the tree-structured Parzen estimator
 * @param halving when poor trials are stopped; empty for never
 * @param searchSeed of the search and of its trials' training
 * @param top how many of the best configurations are trained again
 * @param seeds of these runs
 * @param loss empty: cross-entropy for single-label sets, asymmetric loss for others
 * @param validation share of the training clips that is set aside where a set has no validation part
 * @param validationSeed of that split
 * @param standardize whether tokens are standardized
 * @param tokens how tokens are stored: float16 or float32
 */
public record ProtocolSettings(
        int epochs,
        int batch,
        long warmUp,
        double clip,
        boolean decayAll,
        int sobol,
        int tpe,
        Optional<Halving> halving,
        long searchSeed,
        int top,
        List<Long> seeds,
        Optional<Objective> loss,
        double validation,
        long validationSeed,
        boolean standardize,
        DType tokens) {
    public ProtocolSettings {
        seeds = List.copyOf(seeds);
    }
}
