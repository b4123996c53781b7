/** Audio front ends and ViT spectrogram encoders. */
module org.unmute.models {
    requires transitive org.unmute.tensor;

    exports org.unmute.models.audio;
    exports org.unmute.models.checkpoint;
    exports org.unmute.models.encoder;
    exports org.unmute.models.vit;
}
