package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.search.Halving;
import org.unmute.probes.train.Objective;
import org.unmute.tensor.DType;

/**
 * The settings with which every cell of a grid is trained, searched and scored. The defaults are those of the paper
 * where they are known, otherwise the assumptions of docs/protocol.md.
 *
 * @param epochs passes over the training clips
 * @param batch clips per step
 * @param warmUp steps of linear warm-up before the cosine schedule
 * @param clip maximum gradient norm of a step; 0 for no limit
 * @param decayAll whether weight decay applies to every parameter
 * @param sobol number of trials from the Sobol sequence
 * @param tpe number of trials from the tree-structured Parzen estimator
 * @param halving early stopping of poor trials; empty for none
 * @param searchSeed seed of the search and of the trainings in its trials
 * @param top number of best configurations to train again
 * @param seeds seeds of these trainings
 * @param loss if empty, cross-entropy for single-label sets and asymmetric loss for others
 * @param validation share of the training clips to set aside if a set has no validation part
 * @param validationSeed seed of that split
 * @param standardize whether tokens are standardized
 * @param tokens storage type of cached tokens: float16 or float32
 * @param retrieval the k of the precision at k where the mean tokens of test clips are to find each other; empty for
 *     no retrieval scores
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
        DType tokens,
        Optional<Integer> retrieval) {
    public ProtocolSettings {
        seeds = List.copyOf(seeds);
    }
}
