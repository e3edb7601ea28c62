// The API's reference: swagger-ui on the description that the server gives of itself. What is tried
// out here goes to this server, whatever address the description names, with the session's rights.
/* global SwaggerUIBundle */
// swagger-ui writes descriptions as markup, which it has cleaned itself, but does not say so in the
// way that the page's policy asks for; scripts and their addresses stay forbidden all the same.
globalThis.trustedTypes?.createPolicy("default", { createHTML: (cleaned) => cleaned });

const root = new URL("../", location.href.split("#")[0]);

async function show() {
  const answer = await fetch(new URL("openapi.json", root), { credentials: "same-origin" });
  const spec = await answer.json();
  spec.servers = [{ url: root.href.replace(/\/$/, "") }];
  SwaggerUIBundle({ spec, dom_id: "#docs", deepLinking: true, docExpansion: "list",
    defaultModelsExpandDepth: 0, displayRequestDuration: true, filter: true, validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout" });
}

show().catch((error) => {
  document.getElementById("docs").textContent = String(error);
});
