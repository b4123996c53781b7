/**
 * Why a trained probe gave a clip its scores: the parts of each class's logit, where in the recording they lie, and
 * figures. Start at {@link org.unmute.cli.explain.Explainer}.
 */
package org.unmute.cli.explain;
