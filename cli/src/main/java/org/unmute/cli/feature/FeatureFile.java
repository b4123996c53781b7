package org.unmute.cli.feature;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.cache.FileHashes;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsWriter;

/** Writes an encoder's features of clips, each to a file that says how it was made. */
public final class FeatureFile {
    private final OpenEncoder encoder;
    private final String resampling;
    private final Features.Request wanted;
    private final FileHashes hashes = new FileHashes();

    /** @param resampling filter by which recordings are converted */
    public FeatureFile(OpenEncoder encoder, String resampling, Features.Request wanted) {
        this.encoder = encoder;
        this.resampling = resampling;
        this.wanted = wanted;
    }

    private String name() {
        EncoderSpec model = encoder.encoder().describe();
        return model.name() + ": " + model.description();
    }

    private String frontEnd() {
        return encoder.key(resampling, DType.F32).frontEnd();
    }

    /** How a file of pooled vectors was made. */
    public Map<String, String> about(String pool) {
        return Map.of(
                "encoder", name(),
                "encoder_sha256", encoder.hash(),
                "front_end", frontEnd(),
                "pool", pool,
                "unmute_version", BuildInfo.read().version());
    }

    /** Encodes a clip and writes the requested features; to an npy file, only the token map. Returns the token map. */
    public TokenMap write(ClipSound sound, Path file) throws IOException {
        AudioClip clip = sound.clip();
        Features features = encoder.encoder().features(sound.samples(), wanted);
        TokenMap map = features.tokens();
        if (file.getFileName().toString().endsWith(".npy")) {
            Npy.write(file, shape(map), map.tokens());
            return map;
        }
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("encoder", name())
                .metadata("encoder_sha256", encoder.hash())
                .metadata("front_end", frontEnd())
                .metadata("recording", clip.id())
                .metadata("recording_sha256", hashes.of(clip.path()))
                .metadata("seconds", Double.toString(sound.seconds()))
                .metadata("sound_rows", Integer.toString(map.sound()))
                .metadata("unmute_version", BuildInfo.read().version());
        add(writer, "token_map", "cls", map);
        for (int i = 0; i < wanted.layers().size(); i++) {
            String name = "layer." + wanted.layers().get(i);
            add(writer, name, name + ".cls", features.layers().get(i));
        }
        if (features.attention() != null) {
            int heads = features.attention().length / map.count();
            writer.add("attention", Shape.of(heads, map.time(), map.freq()), features.attention());
        }
        writer.write(file);
        return map;
    }

    private static void add(SafetensorsWriter writer, String name, String cls, TokenMap map) {
        writer.add(name, shape(map), map.tokens());
        if (map.cls() != null) {
            writer.add(cls, Shape.of(map.dim()), map.cls());
        }
    }

    private static Shape shape(TokenMap map) {
        return Shape.of(map.time(), map.freq(), map.dim());
    }
}
