package org.unmute.bench.own;

import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.UnsupportedCaseException;
import org.unmute.tensor.backend.Backends;

/** This engine, as its users run it. */
public final class Unmute implements Peer {
    private final int threads;

    /** @param threads of the backend */
    public Unmute(int threads) {
        this.threads = threads;
        Backends.use(Backends.open(System.getProperty("unmute.backend", "auto"), threads));
    }

    @Override
    public String describe() {
        return "unmute, " + Backends.current().describe();
    }

    @Override
    public Call prepare(CaseFolder folder) throws Exception {
        return switch (folder.kind()) {
            case "fma-peak" -> new MachineLimit.FmaPeak(threads);
            case "bandwidth" -> new MachineLimit.Bandwidth(threads);
            case "matmul" -> TensorCalls.matmul(folder);
            case "forward" -> TensorCalls.forward(folder);
            case "encoder" -> AudioCalls.encoder(folder);
            case "fbank" -> AudioCalls.fbank(folder);
            case "probe-step" -> new OwnProbeStep(folder);
            case "pretrain-step" -> new OwnPretrainStep(folder);
            case "match" -> TensorCalls.match(folder);
            default -> throw new UnsupportedCaseException("no case of kind " + folder.kind());
        };
    }
}
