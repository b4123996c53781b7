package org.unmute.probes.train;

import java.util.Locale;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.loss.CrossEntropy;
import org.unmute.probes.loss.Loss;
import org.unmute.tensor.Tensor;

/** The losses for training a probe, with the defaults of the paper's section 11. */
public enum Objective {
    /** {@link AsymmetricLoss}; any number of classes per clip. */
    ASL(AsymmetricLoss.DEFAULT),
    /** {@link BinaryCrossEntropy}; any number of classes per clip. */
    BCE(BinaryCrossEntropy.DEFAULT),
    /** {@link CrossEntropy}; one class per clip. */
    CE(CrossEntropy.DEFAULT);

    private final Loss loss;

    Objective(Loss loss) {
        this.loss = loss;
    }

    /** The loss function. */
    public Loss loss() {
        return loss;
    }

    /**
     * The loss of the known targets as if there were no others.
     *
     * @param logits {@code [clips, classes]}
     * @param targets of the shape of the logits, NaN where not known, which must be nowhere with one class a clip; at
     *     least one is known
     */
    Tensor ofKnown(Tensor logits, float[] targets) {
        Tensor all = Tensor.of(logits.backend(), targets, logits.size(0), logits.size(1));
        int[] known = TokenSet.known(targets);
        return known.length == targets.length ? loss.of(logits, all) : loss.ofElements(logits, all, known);
    }

    /** Whether each clip has exactly one class, so that scores are computed with a softmax. */
    public boolean isSingleLabel() {
        return this == CE;
    }

    /**
     * The objective with a given name, as used on the command line: {@code asl}, {@code bce}, {@code ce}.
     *
     * @throws IllegalArgumentException if there is no such objective
     */
    public static Objective named(String name) {
        for (Objective o : values()) {
            if (o.loss.name().equals(name.toLowerCase(Locale.ROOT))) {
                return o;
            }
        }
        throw new IllegalArgumentException("loss: '" + name + "' is not known: there are asl, bce, ce");
    }
}
