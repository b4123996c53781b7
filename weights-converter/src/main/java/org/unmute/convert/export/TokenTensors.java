package org.unmute.convert.export;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.vit.Trace;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/** An encoder's output as the engine gives it to probes, in ops: {@link EncoderSpec#tokenMap} for a batch. */
final class TokenTensors {
    private TokenTensors() {}

    /** The tokens of spectrograms, with those of all blocks if wanted. */
    static TokenBatch of(@Nullable EncoderNetwork network, Tensor spectrogram, boolean layers) {
        EncoderSpec spec = network.spec();
        Tensor[] blocks = new Tensor[spec.depth()];
        Trace trace = new Trace() {
            @Override
            public void accept(String name, Tensor tensor) {
                for (int i = 0; i < blocks.length; i++) {
                    if (name.equals("block." + i)) {
                        blocks[i] = tensor;
                    }
                }
            }

            @Override
            public boolean takes(String name) {
                return layers && name.startsWith("block.");
            }
        };
        TokenBatch last = batch(spec, network.forward(spectrogram, trace));
        if (!layers) {
            return last;
        }
        List<Tensor> tokens = new ArrayList<>();
        List<Tensor> cls = new ArrayList<>();
        for (Tensor block : blocks) {
            TokenBatch own = batch(spec, block);
            tokens.add(own.tokens());
            cls.add(own.cls());
        }
        Tensor all = Tensor.stack(0, tokens.toArray(Tensor[]::new));
        Tensor allCls = last.cls() == null ? null : Tensor.stack(0, cls.toArray(Tensor[]::new));
        return new TokenBatch(last.tokens(), last.cls(), last.time(), last.freq(), new TokenBatch.Layers(all, allCls));
    }

    private static TokenBatch batch(EncoderSpec spec, Tensor output) {
        int extra = spec.grid().extraTokens();
        long count = output.size(1) - extra;
        int freq = spec.freq();
        int time = Math.toIntExact(count / freq);
        Tensor own = extra == 0 ? output : output.slice(1, extra, count);
        if (spec.grid().order() == EncoderSpec.TokenOrder.FREQUENCY_MAJOR && freq > 1) {
            own = own.reshape(own.size(0), freq, time, own.size(2))
                    .transpose(1, 2)
                    .reshape(own.size(0), count, own.size(2));
        }
        Tensor cls = switch (extra) {
            case 0 -> null;
            case 1 -> output.select(1, 0);
            default -> output.slice(1, 0, extra).mean(1);
        };
        return new TokenBatch(own, cls, time, freq);
    }
}
