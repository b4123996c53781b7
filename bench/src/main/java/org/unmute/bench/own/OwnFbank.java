package org.unmute.bench.own;

import java.io.IOException;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.tensor.Shape;

/** Kaldi's log mel filter bank of samples in memory. */
final class OwnFbank implements Peer.Call {
    private final KaldiFbank fbank;
    private final float[] samples;
    private float[] energies;

    OwnFbank(CaseFolder folder) throws IOException {
        fbank = new KaldiFbank(FbankOptions.of(folder.size("rate"), folder.size("mel"), WindowFunction.HANNING));
        samples = folder.floats("samples");
    }

    @Override
    public void run() {
        energies = fbank.compute(samples);
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        int mel = fbank.options().melBins();
        folder.write("fbank", Shape.of(energies.length / mel, mel), energies);
    }
}
