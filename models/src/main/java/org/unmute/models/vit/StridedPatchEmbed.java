package org.unmute.models.vit;

import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ProductOps.EmbedPatches;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Patches that may overlap, as in AST: a convolution over an image with mel bins as rows and frames as columns. Token
 * order is frequency-major: index {@code f · steps + t}.
 *
 * @param proj {@code height · width} of the window to {@code dim}; a patch is flattened mel bin by mel bin
 * @param window size of a patch in mel bins (height) and frames (width), and the distance between patches
 */
public record StridedPatchEmbed(Linear proj, SlidingWindow window) {
    /** Reads {@code weight [dim, 1, height, width]} and {@code bias} below a name. */
    public static StridedPatchEmbed read(Weights weights, String name, long dim, SlidingWindow window) {
        Tensor weight = weights.tensor(name + ".weight", dim, 1, window.height(), window.width())
                .reshape(dim, (long) window.height() * window.width());
        return new StridedPatchEmbed(new Linear(weight, weights.tensor(name + ".bias", dim)), window);
    }

    /**
     * Maps {@code [batch, frames, mel]} to {@code [batch, patches, dim]}; frames and bins that do not fill a patch are
     * dropped.
     */
    public Tensor apply(Tensor spectrogram) {
        return Tensor.run(new EmbedPatches(spectrogram.transpose(1, 2), proj.weight(), proj.bias(), window));
    }
}
