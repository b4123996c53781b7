package org.unmute.models.vit;

import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ProductOps.EmbedPatches;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Cuts a spectrogram into non-overlapping patches and maps each to a token; in checkpoints this is a convolution whose
 * stride equals its kernel. Token order is time-major: index {@code t · bands + f}.
 *
 * @param proj {@code patchTime · patchMel} to {@code dim}; a patch is flattened time-major
 * @param patchTime frames per patch
 * @param patchMel mel bins per patch
 */
public record PatchEmbed(Linear proj, int patchTime, int patchMel) {
    /** Reads {@code weight [dim, 1, patchTime, patchMel]} and {@code bias} below a name. */
    public static PatchEmbed read(Weights weights, String name, long dim, int patchTime, int patchMel) {
        return read(weights, name, dim, patchTime, patchMel, true);
    }

    /** Reads {@code weight [dim, 1, patchTime, patchMel]} and, if present, {@code bias} below a name. */
    public static PatchEmbed read(
            Weights weights, String name, long dim, int patchTime, int patchMel, boolean hasBias) {
        Tensor weight =
                weights.tensor(name + ".weight", dim, 1, patchTime, patchMel).reshape(dim, (long) patchTime * patchMel);
        Tensor bias = hasBias ? weights.tensor(name + ".bias", dim) : null;
        return new PatchEmbed(new Linear(weight, bias), patchTime, patchMel);
    }

    /**
     * Maps {@code [batch, frames, mel]} to {@code [batch, patches, patchTime · patchMel]}; frames and mel bins that do
     * not fill a patch are dropped.
     */
    public Tensor patches(Tensor spectrogram) {
        long batch = spectrogram.size(0);
        long rows = spectrogram.size(1) / patchTime;
        long bands = spectrogram.size(2) / patchMel;
        return spectrogram
                .slice(1, 0, rows * patchTime)
                .slice(2, 0, bands * patchMel)
                .reshape(batch, rows, patchTime, bands, patchMel)
                .permute(0, 1, 3, 2, 4)
                .reshape(batch, rows * bands, (long) patchTime * patchMel);
    }

    /** Maps {@code [batch, frames, mel]} to {@code [batch, patches, dim]}. */
    public Tensor apply(Tensor spectrogram) {
        if (spectrogram.size(1) < patchTime || spectrogram.size(2) < patchMel) {
            return proj.apply(patches(spectrogram)); // no patches
        }
        return Tensor.run(new EmbedPatches(
                spectrogram, proj.weight(), proj.bias(), SlidingWindow.of(patchTime, patchMel, patchTime, patchMel)));
    }
}
