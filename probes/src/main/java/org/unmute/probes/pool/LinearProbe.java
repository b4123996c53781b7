package org.unmute.probes.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on one vector a clip. Paper, section 3: {@code linear} takes the cls token, or the mean of all
 * tokens where the model has none; {@code linear-mean} always takes the mean.
 */
public final class LinearProbe implements Probe {
    /** On the cls token where there is one. */
    public static final String CLS = "linear";
    /** On the mean of the tokens. */
    public static final String MEAN = "linear-mean";

    private final String name;
    private final boolean onCls;
    private final Classifier fc;

    private LinearProbe(String name, boolean onCls, Classifier fc) {
        this.name = name;
        this.onCls = onCls;
        this.fc = fc;
    }

    static LinearProbe fresh(String name, Probes.Size size, ProbeOptions options, Init init) {
        options.only(name);
        return new LinearProbe(name, name.equals(CLS) && size.cls(), Classifier.fresh(init, size.dim(), size.classes()));
    }

    static LinearProbe of(String name, boolean cls, ProbeOptions options, ParameterMap parameters) {
        options.only(name);
        return new LinearProbe(name, name.equals(CLS) && cls, Classifier.of(parameters));
    }

    /** Whether it looks at the cls token, else at the mean of the tokens. */
    public boolean isOnCls() {
        return onCls;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS;
    }

    @Override
    public int dim() {
        return fc.features();
    }

    @Override
    public int classes() {
        return fc.classes();
    }

    @Override
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> p = new LinkedHashMap<>();
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        Probes.checkDim(this, batch);
        if (!onCls) {
            return batch.tokens().mean(false, 1);
        }
        if (batch.cls() == null) {
            throw new IllegalArgumentException("probe linear: it was made for tokens with a cls token, the batch has none: "
                    + "use linear-mean, or tokens of the encoder it was trained on");
        }
        return batch.cls();
    }

    @Override
    public boolean poolsWithoutParameters() {
        return true;
    }

    @Override
    public Tensor logits(TokenBatch batch) {
        return fc.logits(descriptor(batch));
    }
}
