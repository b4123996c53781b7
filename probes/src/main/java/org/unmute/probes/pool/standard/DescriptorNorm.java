package org.unmute.probes.pool.standard;

import java.util.Map;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Initializer;
import org.unmute.probes.pool.ParameterMap;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.tensor.Tensor;

/**
 * Option {@code norm} of probes whose public code normalises the descriptor before the classifier: {@code none}, the
 * default, or {@code batch}.
 *
 * @param probe name of the probe, for messages
 * @param batch or null for none
 */
public record DescriptorNorm(String probe, BatchNorm batch) {
    static final String OPTION = "norm";

    static DescriptorNorm fresh(String probe, ProbeOptions options, Initializer init, int features) {
        return new DescriptorNorm(probe, wanted(options) ? BatchNorm.fresh(init, features) : null);
    }

    static DescriptorNorm of(String probe, ProbeOptions options, ParameterMap parameters, int features) {
        return new DescriptorNorm(probe, wanted(options) ? BatchNorm.of(parameters, features) : null);
    }

    private static boolean wanted(ProbeOptions options) {
        return options.choice(OPTION, "none", "batch").equals("batch");
    }

    ProbeOptions addTo(ProbeOptions options) {
        return options.with(OPTION, batch == null ? "none" : "batch");
    }

    Map<String, Tensor> buffers() {
        return batch == null ? Map.of() : batch.buffers();
    }

    Tensor scoring(Tensor descriptor) {
        return batch == null ? descriptor : batch.scoring(descriptor);
    }

    /** A classifier that gives the same logits for descriptors that are not normalised. */
    Classifier absorbedBy(Classifier fc) {
        return batch == null ? fc : batch.absorbedBy(fc);
    }

    Tensor training(Tensor descriptor) {
        return batch == null ? descriptor : batch.training(probe, descriptor);
    }
}
