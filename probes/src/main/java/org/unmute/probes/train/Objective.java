package org.unmute.probes.train;

import java.util.Locale;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.loss.CrossEntropy;
import org.unmute.probes.loss.Loss;

/** The losses a probe is trained with, at the defaults of the paper's section 11. */
public enum Objective {
    /** {@link AsymmetricLoss}; several classes a clip. */
    ASL(AsymmetricLoss.DEFAULT),
    /** {@link BinaryCrossEntropy}; several classes a clip. */
    BCE(BinaryCrossEntropy.DEFAULT),
    /** {@link CrossEntropy}; one class a clip. */
    CE(CrossEntropy.DEFAULT);

    private final Loss loss;

    Objective(Loss loss) {
        this.loss = loss;
    }

    /** The loss. */
    public Loss loss() {
        return loss;
    }

    /** Whether each clip has exactly one class, so that scores are a softmax. */
    public boolean isSingleLabel() {
        return this == CE;
    }

    /**
     * By its name, as the command line takes it: {@code asl}, {@code bce}, {@code ce}.
     *
     * @throws IllegalArgumentException if there is none of that name
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
