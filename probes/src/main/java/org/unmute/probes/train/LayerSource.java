package org.unmute.probes.train;

import java.util.List;
import java.util.zip.CRC32C;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/** An encoder's features of clips, including layers, in memory. */
final class LayerSource implements TokenSource {
    private final List<Features> clips;
    private final MemorySource last;
    private final int layers;

    LayerSource(List<Features> clips) {
        this.clips = List.copyOf(clips);
        last = new MemorySource(clips.stream().map(Features::tokens).toList());
        layers = clips.getFirst().layers().size();
        for (int i = 0; i < clips.size(); i++) {
            List<TokenMap> own = clips.get(i).layers();
            if (own.size() != layers || layers == 0) {
                throw new IllegalArgumentException("token source: clip " + i + " has " + own.size()
                        + " layers, the first has " + layers + ": ask the encoder for the same of every clip");
            }
            for (TokenMap layer : own) {
                last.grid(i).requireSame("a layer of clip " + i, TokenGrid.of(layer));
            }
        }
    }

    @Override
    public int clips() {
        return last.clips();
    }

    @Override
    public TokenGrid grid(int clip) {
        return last.grid(clip);
    }

    @Override
    public int layers() {
        return layers;
    }

    @Override
    public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) {
        last.read(clip, tokens, tokensAt, cls, clsAt);
    }

    @Override
    public void readLayers(
            int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep) {
        for (int l = 0; l < layers; l++) {
            MemorySource.copy(
                    clips.get(clip).layers().get(l), tokens, tokensAt + l * tokensStep, cls, clsAt + l * clsStep);
        }
    }

    @Override
    public String fingerprint() {
        CRC32C crc = new CRC32C();
        for (Features f : clips) {
            for (TokenMap layer : f.layers()) {
                MemorySource.update(crc, layer.tokens());
                if (layer.cls() != null) {
                    MemorySource.update(crc, layer.cls());
                }
            }
        }
        return last.fingerprint() + "-layers-" + Long.toHexString(crc.getValue());
    }
}
