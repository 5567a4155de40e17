# The chats, the page and a CPU worker in one image. Build from the repository's root:
#   docker build -f config/docker/bot.Dockerfile -t stillmotion .
FROM node:20-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY tsconfig.json ./
COPY config config
COPY core core
COPY bots bots
COPY worker worker
ENV HOST=0.0.0.0 DATA_DIR=/data
RUN mkdir /data /models && chown node /data /models
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||8080)+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--import", "tsx", "bots/main.ts"]
