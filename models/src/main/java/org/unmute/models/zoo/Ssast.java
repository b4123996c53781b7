package org.unmute.models.zoo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.ModelConfig;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.StridedPatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;

/**
 * SSAST (YuanGongND/ssast): AST's network and front end, pre-trained with patches side by side: squares of 16 bins x 16
 * frames, frequency-major, or whole frames of 128 bins x 2. A class and a distillation token, learned positions,
 * pre-norm blocks, final norm. There is no head; the authors describe a clip by the mean of its patch tokens.
 *
 * <p>Settings by name: {@code fstride} and {@code tstride}, mel bins and frames from one patch to the next, side by
 * side unless set. Positions for other strides and lengths follow src/models/ast_models.py: the middle of the stored
 * time axis where it is shorter, bilinear interpolation where it is longer, then the same for the frequencies.
 */
public record Ssast() implements EncoderProvider {
    private static final String NAME = "ssast";
    private static final int RATE = 16_000;
    private static final String MEL_STRIDE = "fstride";
    private static final String TIME_STRIDE = "tstride";
    private static final int EXTRA = 2;
    private static final String CLS = "v.cls_token";
    private static final String DISTILLATION = "v.dist_token";
    private static final String POSITIONS = "v.pos_embed";
    private static final String PATCHES = "v.patch_embed.proj";
    private static final String HEAD = "mlp_head.";
    private static final String SIZE = "p_input_fdim";
    private static final String PRETRAINING = "head of pre-training";
    private static final KeyMap AUTHORS = KeyMap.named(
                    "ssast/authors", CLS, DISTILLATION, POSITIONS, PATCHES + ".weight")
            .keep(CLS, DISTILLATION, POSITIONS, PATCHES + ".", "v.blocks.", "v.norm.", HEAD, SIZE)
            .require(
                    CLS,
                    DISTILLATION,
                    POSITIONS,
                    PATCHES + ".weight",
                    PATCHES + ".bias",
                    "v.norm.weight",
                    "v.norm.bias")
            .requireSeries("v.blocks.", Vit.timmBlock())
            .drop("p_input_tdim", "length of the input, which follows from the positions")
            .drop("mask_embed", "placeholder of hidden patches in pre-training")
            .drop("cpredlayer.", PRETRAINING)
            .drop("gpredlayer.", PRETRAINING)
            .drop("v.head.", "classifier of the image model that training started from")
            .drop("v.head_dist.", "classifier of the image model that training started from")
            .carry(MEL_STRIDE, TIME_STRIDE);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> aliases() {
        return List.of("ssast_patch", "ssast_frame");
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public Set<String> configEntries() {
        return Set.of(MEL_STRIDE, TIME_STRIDE);
    }

    @Override
    public List<NormPreset> normPresets() {
        // The fine-tuning recipes (YuanGongND/ssast, src/finetune): clips of 5 s, and of 1 s.
        return List.of(
                new NormPreset("authors-esc50", -6.6268077, 5.358466, 512),
                new NormPreset("authors-spc2", -6.845978, 5.5654526, 128));
    }

    /** AST has the same names; its patches overlap, and it has a head. */
    @Override
    public Optional<String> reasonAgainst(Checkpoint file) {
        CheckpointWeights w = new CheckpointWeights(file);
        if (w.has(HEAD + "1.weight")) {
            return Optional.of(head(file));
        }
        int bands = Vit.MEL / w.size(PATCHES + ".weight", 4, 2);
        int patches = w.size(POSITIONS, 3, 1) - EXTRA;
        int overlapping = (Vit.MEL - Vit.PATCH) / 10 + 1;
        boolean side = bands > 0 && patches % bands == 0;
        return side && (w.has(SIZE) || bands != Vit.BANDS || patches % overlapping != 0)
                ? Optional.empty()
                : Optional.of("tensor '" + file.stored(POSITIONS) + "' is " + file.shape(POSITIONS)
                        + ": its patches may overlap, as those of AST do");
    }

    private static String head(Checkpoint file) {
        return "tensor '" + file.stored(HEAD + "1.weight") + "' is there: a head, which AST has and SSAST has not";
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        if (w.has(HEAD + "1.weight")) {
            throw new UnusableCheckpointException(file.origin() + ": " + head(file) + ": open it as ast");
        }
        int dim = w.size(CLS, 3, 2);
        int patchMel = w.size(PATCHES + ".weight", 4, 2);
        int patchTime = w.size(PATCHES + ".weight", 4, 3);
        int rows = w.size(POSITIONS, 3, 1) - EXTRA;
        int storedBands = Vit.MEL / patchMel;
        if (storedBands < 1
                || rows < storedBands
                || rows % storedBands != 0
                || (long) rows / storedBands * patchTime > Vit.MAX_FRAMES) {
            throw new UnusableCheckpointException(file.origin() + ": there are " + (rows + EXTRA)
                    + " positions, expected are " + EXTRA + " and a multiple of " + Math.max(1, storedBands)
                    + ", for patches of " + patchMel + " of " + Vit.MEL + " mel bins");
        }
        int stored = rows / storedBands;
        ModelConfig config = ModelConfig.of(file, "", settings);
        int melStride = stride(config, MEL_STRIDE, patchMel);
        int timeStride = stride(config, TIME_STRIDE, patchTime);
        int frames = settings.framesOr(stored * patchTime);
        if (frames < patchTime || frames > Vit.MAX_FRAMES) {
            throw new IllegalArgumentException("ssast: a window of " + frames + " frames cannot be set: use "
                    + patchTime + " to " + Vit.MAX_FRAMES);
        }
        int bands = (Vit.MEL - patchMel) / melStride + 1;
        int steps = (frames - patchTime) / timeStride + 1;
        FrontEnd frontEnd = Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames);
        StridedPatchEmbed patches =
                StridedPatchEmbed.read(w, PATCHES, dim, SlidingWindow.of(patchMel, patchTime, melStride, timeStride));
        Tensor table = w.tensor(POSITIONS, 1, EXTRA + (long) rows, dim);
        Vit vit = new Vit(
                patches::apply,
                Tensor.concat(1, w.tensor(CLS, 1, 1, dim), w.tensor(DISTILLATION, 1, 1, dim))
                        .freeze(),
                positions(table, storedBands, stored, bands, steps),
                "tokens_with_pos_cls_dist",
                null,
                Vit.trunk(TransformerBlock.Kind.PRE, w, "v.blocks", dim, settings.headsOr(0, dim)),
                LayerNorm.read(w, "v.norm", dim, Vit.EPS));
        int shift = frontEnd.frameShift();
        boolean overlap = melStride != patchMel || timeStride != patchTime;
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                steps,
                bands,
                timeStride * shift,
                TokenOrder.FREQUENCY_MAJOR,
                EXTRA,
                overlap ? new EncoderSpec.Overlap(patchTime * shift, patchMel, melStride) : null);
        String description = "SSAST, " + vit.size() + ", patches of " + patchMel + " bins x " + patchTime + " frames"
                + (overlap ? " every " + melStride + " bins and " + timeStride + " frames" : "")
                + (steps == stored && bands == storedBands
                        ? ""
                        : ", positions fitted from " + storedBands + " x " + stored + " to " + bands + " x " + steps);
        return vit.encoder(NAME, description, frontEnd, settings, grid, null);
    }

    private static int stride(ModelConfig config, String name, int patch) {
        int stride = config.count(name, patch);
        if (stride < 1 || stride > Vit.MEL) {
            throw config.refuse(name, "1 to " + Vit.MEL + " is expected");
        }
        return stride;
    }

    /** {@code [1, 2 + storedBands · stored, dim]} to {@code [1, 2 + bands · steps, dim]}. */
    static Tensor positions(Tensor table, int storedBands, int stored, int bands, int steps) {
        Tensor along = Ast.positions(table, storedBands, stored, steps);
        return bands == storedBands
                ? along
                : Interpolation.resizePositions(
                                along, EXTRA, storedBands, steps, bands, steps, Interpolation.Mode.LINEAR)
                        .freeze();
    }
}
