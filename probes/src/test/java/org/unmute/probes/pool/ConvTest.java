package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.SlidingWindow;

class ConvTest {
    private static final int DIM = 6;
    private static final int CLIPS = 2;

    /**
     * On a grid narrower than its kernel, it skips taps that only see padding: the result is the same, and those taps
     * get no gradient.
     */
    @ParameterizedTest
    @CsvSource({"7,1", "2,3", "1,1", "6,5", "1,9"})
    void aNarrowGridIsConvolvedAsWithTheWholeKernel(int time, int freq) {
        for (Backend backend : new Backend[] {Backends.open("scalar", 1).backend(), Backends.current()}) {
            Probe conv = Probes.create(backend, "conv", DIM, 3, false, ProbeOptions.parse("channels=4", "kernel=5"), 1);
            SplittableRandom random = new SplittableRandom(3);
            float[] values = new float[CLIPS * time * freq * DIM];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            TokenBatch batch = new TokenBatch(Tensor.of(backend, values, CLIPS, time * freq, DIM), null, time, freq);
            Tensor weight = conv.parameters().get("conv.weight");
            Tensor map = batch.tokens().transpose(1, 2).reshape(CLIPS, DIM, time, freq);
            Tensor whole = Convolution.conv2d(
                            map,
                            weight,
                            conv.parameters().get("conv.bias"),
                            SlidingWindow.of(5, 5, 1, 1).pad(2, 2),
                            1)
                    .relu()
                    .mean(2, 3);
            Tensor own = conv.descriptor(batch);
            assertThat(own.toFloats()).containsExactly(whole.toFloats(), within(1e-6f));
            Tensor gradient = Grad.of(own.sum()).wrt(weight);
            assertThat(gradient.toFloats())
                    .containsExactly(Grad.of(whole.sum()).wrt(weight).toFloats(), within(1e-5f));
            if (freq == 1) {
                assertThat(gradient.select(3, 0).toFloats()).containsOnly(0);
            }
        }
    }
}
