package org.unmute.bench.own;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.op.PrototypeOps.PrototypeGroupMaxPool;
import org.unmute.tensor.op.TokenGroups;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/**
 * One step of a protobin on boxes: the tokens inside a box have the class of the box, those outside of it and, of every
 * other class, all tokens of the clip do not. Each of these groups of tokens is scored by its maximum cosines.
 */
final class OwnBoxStep implements Peer.Call {
    private static final int FIELDS = 5;

    private final CaseFolder folder;
    private final TokenCache cache;
    private final TokenSource source;
    private final Training training;
    private double loss;
    private long peak = -1;

    OwnBoxStep(CaseFolder folder) throws IOException {
        this.folder = folder;
        cache = TokenCache.open(folder.file("cache"));
        source = TokenSource.of(
                cache,
                IntStream.range(0, folder.size("batch"))
                        .mapToObj(i -> "clip" + i)
                        .toList());
        training = new Training(folder.size("batch"));
    }

    /** A fresh probe, its optimizer and the groups of the first clips. */
    private final class Training {
        private final int clips;
        private final Map<String, Tensor> parameters = new LinkedHashMap<>();
        private final AdamW optimizer;
        private final TokenGroups groups;
        /** Groups that are inside or outside of a box, and their classes; groups that are clips. */
        private final int[] bags;

        private final int[] classes;
        private final int[] whole;
        /** The other classes of each clip, in {@code [clips, classes]}. */
        private final int[] others;

        private final float[] targets;
        private final Tensor tokens;

        Training(int clips) throws IOException {
            this.clips = clips;
            try (SafetensorsFile file = SafetensorsFile.open(folder.file(CaseFolder.MODEL))) {
                for (String name : folder.texts("parameters")) {
                    parameters.put(
                            name,
                            Tensor.of(file.floats(name), file.shape(name).toArray())
                                    .parameter());
                }
            }
            optimizer = new AdamW(
                    List.of(new ParameterGroup(parameters, folder.number("rate"), folder.number("decay"))),
                    Schedule.cosine(1_000_000_000L),
                    0.9,
                    0.999,
                    1e-8);
            float[] boxes = folder.floats("boxes");
            int each = folder.shape("boxes").dim(1);
            int count = folder.size("tokens");
            int freq = folder.size("freq");
            int[] clip = new int[clips * (2 * each + 1)];
            List<int[]> members = new ArrayList<>();
            bags = new int[2 * each * clips];
            classes = new int[bags.length];
            whole = new int[clips];
            boolean[] boxed = new boolean[clips * folder.size("classes")];
            for (int i = 0; i < each * clips; i++) {
                int at = i * FIELDS;
                boolean[] inside = new boolean[count];
                for (int t = (int) boxes[at]; t < boxes[at + 1]; t++) {
                    for (int f = (int) boxes[at + 2]; f < boxes[at + 3]; f++) {
                        inside[t * freq + f] = true;
                    }
                }
                for (int side = 0; side < 2; side++) {
                    boolean wanted = side == 0;
                    bags[2 * i + side] = members.size();
                    classes[2 * i + side] = (int) boxes[at + 4];
                    clip[members.size()] = i / each;
                    members.add(IntStream.range(0, count)
                            .filter(n -> inside[n] == wanted)
                            .toArray());
                }
                boxed[i / each * folder.size("classes") + (int) boxes[at + 4]] = true;
                if (i % each == each - 1) {
                    whole[i / each] = members.size();
                    clip[members.size()] = i / each;
                    members.add(IntStream.range(0, count).toArray());
                }
            }
            groups = TokenGroups.of(clip, members.toArray(int[][]::new));
            others = IntStream.range(0, boxed.length).filter(i -> !boxed[i]).toArray();
            targets = new float[bags.length + others.length];
            for (int i = 0; i < bags.length; i += 2) {
                targets[i] = 1;
            }
            tokens = Tensor.zeros(Backends.current(), DType.F16, Shape.of(clips, count, folder.size("dim")));
        }

        Tensor loss() throws IOException {
            int each = folder.size("tokens") * folder.size("dim");
            for (int i = 0; i < clips; i++) {
                source.readHalves(i, tokens.view().host().halves(), i * each, new float[0], 0);
            }
            List<Tensor> all = List.copyOf(parameters.values());
            Tensor weight = all.get(1);
            Tensor bias = all.get(2);
            Tensor scores =
                    PrototypeGroupMaxPool.of(tokens, all.get(0), true, groups).values();
            Tensor of = index(classes);
            Tensor bag = scores.indexSelect(0, index(bags))
                    .times(weight.indexSelect(0, of))
                    .sum(1)
                    .plus(bias.indexSelect(0, of));
            Tensor clip = scores.indexSelect(0, index(whole)).linear(weight, bias);
            Tensor logits = Tensor.concat(0, bag, clip.reshape(-1).indexSelect(0, index(others)));
            return Objective.ASL.loss().of(logits, Tensor.of(targets, targets.length));
        }

        private Tensor index(int[] which) {
            return Tensor.of(tokens.backend(), which, which.length);
        }

        double step() throws IOException {
            try (TensorScope scope = new TensorScope()) {
                Tensor value = loss();
                double number = value.item();
                optimizer.step(Gradients.of(value, parameters));
                peak = scope.peakBytes();
                return number;
            }
        }
    }

    @Override
    public void run() throws IOException {
        loss = training.step();
    }

    /** Writes the loss of the last step and, on a few clips, the first gradients and the losses of two steps. */
    @Override
    public void show(CaseFolder to) throws IOException {
        to.write("loss", Shape.of(1), new float[] {(float) loss});
        Training fresh = new Training(to.size("checked"));
        try (TensorScope _ = new TensorScope()) {
            OwnProbeStep.showGradient(to, Gradients.of(fresh.loss(), fresh.parameters));
        }
        to.write("losses", Shape.of(2), new float[] {(float) fresh.step(), (float) fresh.step()});
    }

    @Override
    public long tensorBytes() {
        return peak;
    }

    @Override
    public void close() {
        cache.close();
    }
}
