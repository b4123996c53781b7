package org.unmute.convert;

/**
 * Key maps for EAT (cwx-worst-one/EAT) and SSLAM (ta012/SSLAM), which share code and names.
 *
 * <p>The authors' fairseq checkpoints keep the patch embedding under {@code modality_encoders.IMAGE}; fine-tuned ones put
 * {@code model.} before every encoder name but not before {@code fc_norm} and {@code head}. The ports on Hugging Face
 * have {@code model.} before all names.
 */
public final class EatKeyMap {
    private static final String[] BLOCK = {
        "attn.qkv.weight", "attn.qkv.bias", "attn.proj.weight", "attn.proj.bias",
        "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias",
        "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"
    };

    /**
     * The authors' names, pre-trained or fine-tuned, to those on Hugging Face. Names that are Hugging Face's already
     * stay. A reader that goes by the naming gives the port's norm before the head an epsilon of 1e-5 where fairseq has
     * 1e-6, so the logits of a fine-tuned model change slightly; its tokens do not.
     */
    public static final KeyMap TO_HUGGING_FACE = toHuggingFace();

    private EatKeyMap() {}

    private static KeyMap toHuggingFace() {
        KeyMap map = KeyMap.named("eat-to-hugging-face")
                .drop("_ema.", "running average of the weights, the teacher in pre-training");
        for (String prefix : new String[] {"", "model."}) {
            String image = prefix + "modality_encoders.IMAGE.";
            map = map.drop(image + "decoder.", "decoder of pre-training, not part of the encoder")
                    .renamePrefix(image + "context_encoder.norm.", "model.pre_norm.")
                    .renamePrefix(image + "local_encoder.", "model.local_encoder.")
                    .rename(image + "extra_tokens", "model.extra_tokens")
                    .rename(image + "fixed_positional_encoder.positions", "model.fixed_positional_encoder.positions");
        }
        return map.renamePrefix("blocks.", "model.blocks.")
                .renamePrefix("fc_norm.", "model.fc_norm.")
                .renamePrefix("head.", "model.head.")
                .require("model.extra_tokens", "model.local_encoder.proj.weight", "model.local_encoder.proj.bias",
                        "model.fixed_positional_encoder.positions", "model.pre_norm.weight", "model.pre_norm.bias")
                .requireSeries("model.blocks.", BLOCK);
    }
}
