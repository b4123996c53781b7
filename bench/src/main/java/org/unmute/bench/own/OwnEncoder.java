package org.unmute.bench.own;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.models.audio.Wav;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;

/** An encoder from a WAV file to patch tokens, as {@code unmute embed} does it: read, fbank, network. */
final class OwnEncoder implements Peer.Call {
    private final Path recording;
    private final Encoder encoder;
    private TokenMap map;

    OwnEncoder(CaseFolder folder) throws IOException {
        recording = folder.file(folder.text("wav"));
        encoder = Encoders.open(folder.file(CaseFolder.MODEL));
    }

    @Override
    public void run() throws IOException {
        map = encoder.encode(Wav.read(recording));
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        folder.write("tokens", Shape.of(map.count(), map.dim()), map.tokens());
    }
}
