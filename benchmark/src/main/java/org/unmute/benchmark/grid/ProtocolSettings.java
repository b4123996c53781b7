package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.search.Halving;
import org.unmute.probes.train.Objective;
import org.unmute.tensor.DType;

/**
 * How every cell of a grid is trained, searched and scored. The defaults are the paper's where known, else the
 * assumptions of docs/protocol.md.
 *
 * @param epochs passes over the training clips
 * @param batch clips per step
 * @param warmUp steps of linear warm-up before the cosine schedule
 * @param clip maximum norm of a step's gradients; 0 for no limit
 * @param decayAll whether weight decay applies to every parameter
 * @param sobol trials from the Sobol sequence
 * @param tpe trials from the tree-structured Parzen estimator
 * @param halving early stopping of poor trials; empty for none
 * @param searchSeed seed of the search and of its trials' training
 * @param top number of best configurations that are trained again
 * @param seeds seeds of these runs
 * @param loss empty: cross-entropy for single-label sets, asymmetric loss for others
 * @param validation share of the training clips set aside if a set has no validation part
 * @param validationSeed seed of that split
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
