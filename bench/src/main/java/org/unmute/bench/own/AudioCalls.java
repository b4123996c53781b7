package org.unmute.bench.own;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.models.audio.Wav;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.tensor.Shape;

/** Calls that begin with sound. */
final class AudioCalls {
    private AudioCalls() {}

    /** An encoder from a WAV file to patch tokens, as {@code unmute embed} does it: read, fbank, network. */
    static Peer.Call encoder(CaseFolder folder) throws IOException {
        Path recording = folder.file(folder.text("wav"));
        Encoder encoder = Encoders.open(folder.file(CaseFolder.MODEL));
        return new Peer.Call() {
            private TokenMap map;

            @Override
            public void run() throws IOException {
                map = encoder.encode(Wav.read(recording));
            }

            @Override
            public void show(CaseFolder to) throws IOException {
                to.write("tokens", Shape.of(map.count(), map.dim()), map.tokens());
            }
        };
    }

    /** Kaldi's log mel filter bank of samples in memory. */
    static Peer.Call fbank(CaseFolder folder) throws IOException {
        int mel = folder.size("mel");
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(folder.size("rate"), mel, WindowFunction.HANNING));
        float[] samples = folder.floats("samples");
        return new Peer.Call() {
            private float[] energies;

            @Override
            public void run() {
                energies = fbank.compute(samples);
            }

            @Override
            public void show(CaseFolder to) throws IOException {
                to.write("fbank", Shape.of(energies.length / mel, mel), energies);
            }
        };
    }
}
