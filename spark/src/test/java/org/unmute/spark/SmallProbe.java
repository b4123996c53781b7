package org.unmute.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;

/** A probe with random weights on the tokens of the built-in encoder; it ignores padding. */
final class SmallProbe {
    private SmallProbe() {}

    /** Writes the probe. */
    static Path write(Path file, String name) throws IOException {
        OpenEncoder encoder = OpenEncoder.embedded();
        EncoderSpec spec = encoder.encoder().describe();
        CacheKey key = encoder.key("hann", DType.F32);
        int layers = name.equals("cgp") ? spec.depth() : 0;
        ProbeOptions options =
                name.equals("cgp") ? ProbeOptions.parse("total=9", "middle=mean") : ProbeOptions.DEFAULTS;
        TokenLayout layout = new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), layers);
        new TrainedProbe(
                        Probes.create(Backends.current(), name, layout, 3, options, 11),
                        List.of("a", "b", "c"),
                        spec.hasCls(),
                        false,
                        null,
                        key.encoderHash(),
                        key.frontEndHash())
                .withSoundOnly(true)
                .save(file);
        return file;
    }
}
